# A static binary, run by nobody in particular, with the corpus on a volume:
#   docker build -t gongkai .
#   docker run --rm -v gongkai:/corpus -v "$PWD/gongkai.yaml:/etc/gongkai.yaml:ro" \
#     gongkai crawl --config /etc/gongkai.yaml --corpus /corpus/corpus.db
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=1.0.0
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/gongkai ./cmd/gongkai \
 && mkdir /out/corpus

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/gongkai /usr/local/bin/gongkai
COPY --from=build --chown=nonroot:nonroot /out/corpus /corpus
USER nonroot
VOLUME /corpus
WORKDIR /corpus
ENTRYPOINT ["/usr/local/bin/gongkai"]
CMD ["help"]
