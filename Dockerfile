# syntax=docker/dockerfile:1
# A static binary, run by nobody in particular, with the corpus on a volume:
#   docker build -t gongkai .
#   docker run --rm -v gongkai:/corpus -v "$PWD/gongkai.yaml:/etc/gongkai.yaml:ro" \
#     gongkai crawl --config /etc/gongkai.yaml --corpus /corpus/corpus.db
# The reading room (it has no accounts: publish it to this machine only):
#   docker run --rm -v gongkai:/corpus -p 127.0.0.1:8080:8080 gongkai serve --addr 0.0.0.0:8080
# Old office formats need LibreOffice, which the image leaves out.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
ARG VERSION=1.0.0
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/gongkai ./cmd/gongkai \
 && mkdir /out/corpus

# Certificates and time zones, nothing else; user 65532.
FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="gongkai" \
      org.opencontainers.image.description="annual reports on open government information: crawl, keep, extract, check" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/gongkai /usr/local/bin/gongkai
COPY --from=build --chown=nonroot:nonroot /out/corpus /corpus
# What the reader of PDFs compiles once, in seconds, stays beside the corpus.
ENV XDG_CACHE_HOME=/corpus/.cache
USER nonroot
VOLUME /corpus
WORKDIR /corpus
ENTRYPOINT ["/usr/local/bin/gongkai"]
CMD ["help"]
