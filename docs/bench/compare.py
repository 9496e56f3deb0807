"""Crawls the same invented sites with gongkai and others, each against a fresh
server in a process of its own, and prints what it cost the client: a table in
Markdown. Called by docs/compare.sh, which builds the programs."""
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

BIN, HERE = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
HOSTS, PAGES = int(sys.argv[2]), int(sys.argv[3])
WAYS = sys.argv[4:]
ROUNDS = int(os.environ.get("ROUNDS", "1"))
# Where a client is stopped: Colly as its README shows it piles up pages as fast as
# they come, and has taken all memory of a machine.
MOST_SECONDS, MOST_MIB = 300, 8192


def commands(work, config):
    with open(config) as f:
        starts = [u for s in json.load(f)["sites"] for u in s["index"]]
    with open(f"{work}/starts", "w") as f:
        f.write("\n".join(starts) + "\n")
    python = "/usr/bin/python3"  # Debian's, which has python3-scrapy
    return {
        "gongkai": [f"{BIN}/gongkai", "crawl", "--config", config, "--corpus", f"{work}/corpus.db", "--json"],
        "nethttp": [f"{BIN}/client", "-way", "nethttp", config],
        "colly": [f"{BIN}/client", "-way", "colly", config],
        "colly-readme": [f"{BIN}/client", "-way", "colly-readme", config],
        "scrapy": [python, "-m", "scrapy", "runspider", f"{HERE}/spider.py", "-a", f"config={config}"],
        # 16 processes, a site each: one alone asks for one page at a time.
        "wget": ["xargs", "-P", "16", "-n", "1", "-a", f"{work}/starts", "sh", "-c",
                 'd=$(mktemp -d "$0/wget.XXXXXX") && cd "$d" && exec wget -q -r -l inf -I /zfxxgk -e robots=off --warc-file=site "$1"'
                 , work],
    }


def start_server(work):
    err = open(f"{work}/server.log", "w+")
    server = subprocess.Popen([f"{BIN}/serve", "-scenario", "benchmark", "-hosts", str(HOSTS), "-pages", str(PAGES)],
                              stdout=subprocess.PIPE, stderr=err, text=True)
    text, depth = "", 0
    for line in server.stdout:  # one JSON object over many lines
        text += line
        if line == "}\n":
            break
    config = f"{work}/config.json"
    with open(config, "w") as f:
        f.write(text)
    return server, err, config


def too_much(pid, seconds):
    """Says what a client took more of than it may, if anything."""
    if seconds > MOST_SECONDS:
        return f"{MOST_SECONDS} s"
    with open(f"/proc/{pid}/statm") as f:
        mib = int(f.read().split()[1]) * resource.getpagesize() / 2**20
    return f"{MOST_MIB} MiB" if mib > MOST_MIB else ""


def measure(way):
    work = tempfile.mkdtemp(prefix="gongkai-compare-")
    try:
        server, err, config = start_server(work)
        began = time.monotonic()
        with open(f"{work}/client.out", "w") as out:
            client = subprocess.Popen(commands(work, config)[way], stdout=out, stderr=subprocess.STDOUT, cwd=work, start_new_session=True)
            pid, stopped = 0, ""
            while not pid:
                time.sleep(0.01)
                pid, status, usage = os.wait4(client.pid, os.WNOHANG)
                if not pid and not stopped:
                    stopped = too_much(client.pid, time.monotonic() - began)
                    if stopped:
                        print(f"{way} is stopped after {stopped}", file=sys.stderr)
                        os.killpg(client.pid, signal.SIGKILL)
        took = time.monotonic() - began
        code = os.waitstatus_to_exitcode(status)
        server.send_signal(signal.SIGINT)
        server.wait()
        err.seek(0)
        asked = distinct = 0
        for line in err:
            s = json.loads(line)
            if s["site"] != "stranger":
                asked, distinct = asked + s["requests"], distinct + s["distinct"]
        if code != 0:
            with open(f"{work}/client.out") as f:
                print(f"{way} ended with {code}: {f.read()[-600:]}", file=sys.stderr)
        return dict(stopped=stopped, pages=distinct, twice=asked - distinct, seconds=took,
                    cpu=usage.ru_utime + usage.ru_stime, mib=usage.ru_maxrss / 1024)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main():
    rounds = {way: [] for way in WAYS}
    for _ in range(ROUNDS):  # in turn, so that all meet the same load
        for way in WAYS:
            rounds[way].append(measure(way))
            print(f"{way}: {rounds[way][-1]}", file=sys.stderr)
    got = {way: dict(name=way + next((f", stopped after {r['stopped']}" for r in all_of if r["stopped"]), ""), pages=all_of[0]["pages"], twice=max(r["twice"] for r in all_of), mib=max(r["mib"] for r in all_of),
                     cpu=min(r["cpu"] / max(r["pages"], 1) for r in all_of),
                     rate=statistics.median(r["pages"] / r["seconds"] for r in all_of))
           for way, all_of in rounds.items()}
    base, ours = got.get("nethttp"), got.get("gongkai")
    load = ", ".join(f"{n:.0f}" for n in os.getloadavg())
    print(f"load averages at the end: {load}; {ROUNDS} round(s), least CPU and median pages/s of them", file=sys.stderr)
    print(f"| {HOSTS} sites of {PAGES} reports | pages | pages/s | gongkai's ÷ its | CPU ms a page | ÷ net/http + html.Parse | peak MiB | asked twice |")
    print("|---|---|---|---|---|---|---|---|")
    for way, r in got.items():
        faster = f"{ours['rate'] / r['rate']:.2f}" if ours and r["rate"] else ""
        ratio = f"{r['cpu'] / base['cpu']:.2f}" if base else ""
        print(f"| {r['name']} | {r['pages']} | {r['rate']:.0f} | {faster} | {r['cpu'] * 1000:.2f} | {ratio} | {r['mib']:.0f} | {r['twice']} |")


main()
