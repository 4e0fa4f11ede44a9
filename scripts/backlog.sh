#!/bin/bash
# backlog.sh MARTLET [MESSAGES] [DOMAINS]   takes in mail while its receiver is down, is started again, and delivers it.
# Says how intake, memory, restart and delivery went; exit status 1 where one of them is beyond its limit.
# Limits: rate of the last tenth at least 0.8 of the first's, 300 MB resident in both lives, first delivery within 5 s of
# the start, no second without a delivery. Loopback and a folder in TMPDIR or /var/tmp only, which goes again; needs 4 GB
# of disk for a million. Not /tmp: where that is memory a sync costs nothing and the figures mean nothing.
set -euo pipefail
exec python3 - "$@" <<'PYTHON'
import json, os, shutil, signal, socket, subprocess, sys, tempfile, time

martlet = sys.argv[1]
messages = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
domains = sys.argv[3] if len(sys.argv) > 3 else "1"
folder = tempfile.mkdtemp(prefix="martlet-backlog-", dir=os.environ.get("TMPDIR") or "/var/tmp")
children = []
for number in (signal.SIGTERM, signal.SIGHUP):
    # By way of `finally`, so that nothing that was started is left.
    signal.signal(number, lambda number, frame: sys.exit(128 + number))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


smtp, http, receiver = free_port(), free_port(), free_port()
configuration = os.path.join(folder, "martlet.yaml")
with open(configuration, "w") as out:
    out.write(f"""hostname: relay.bench.example
api: {{listen: "127.0.0.1:{http}"}}
submission:
  - {{listen: "127.0.0.1:{smtp}", tls: none, trusted_networks: [127.0.0.0/8]}}
server: {{connections_per_client: 1000}}
queue: {{retry: {{first: 5s, maximum: 60s}}}}
transports:
  next: {{kind: relay, hosts: ["[127.0.0.1]:{receiver}"], tls: none, connections: 20, messages_per_connection: 100000}}
routes:
  - {{match: "*", transport: next}}
log: {{level: warning}}
""")


def start(name, *words):
    output = open(os.path.join(folder, name), "w")
    child = subprocess.Popen([martlet, *words], stdout=output, stderr=subprocess.STDOUT)
    child.log = output.name
    children.append(child)
    return child


def engine(name):
    child = start(name, "serve", "--config", configuration, "--data", os.path.join(folder, "data"))
    return child


def wait_for(port, child):
    while True:
        if child.poll() is not None:
            sys.exit("it ended too early: " + " ".join(child.args) + "\n" + open(child.log).read()[-2000:])
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)


def resident(child):
    with open(f"/proc/{child.pid}/status") as status:
        return max(int(line.split()[1]) for line in status if line.startswith(("VmHWM", "VmRSS"))) / 1024


def reports(name):
    """What a source or sink has said so far, as pairs of kind and figures."""
    found = []
    for line in open(os.path.join(folder, name)):
        if line.startswith("{") and line.endswith("}\n"):
            found += json.loads(line).items()
    return found


def end(child):
    child.send_signal(signal.SIGTERM)
    return child.wait(120)


def line(label, value, limit, good):
    print(f"{label:34} {value:>14}   {limit:20} {'ok' if good else 'NOT REACHED'}", flush=True)
    return good


try:
    # The first life: nobody listens where the mail is to go.
    first = engine("first.log")
    wait_for(smtp, first)
    source = start(
        "source", "bench", "source", "--target", f"127.0.0.1:{smtp}", "--messages", str(messages), "--size", "1024",
        "--connections", "20", "--domains", domains, "--json")
    source.wait()
    ticks = [(0, 0)]
    begin = next(figures["at"] for kind, figures in reports("source") if kind == "ready")
    for kind, figures in reports("source"):
        if kind == "tick":
            ticks.append(((figures["at"] - begin) / 1e9, figures["done"]))
        if kind == "end":
            ticks.append(((figures["last"] - begin) / 1e9, figures["done"]))
            if figures["failed"] or figures["done"] < messages:
                sys.exit(f"{figures['failed']} of {messages} messages were not taken")

    def moment(count):
        """When so many had been taken."""
        for (t0, n0), (t1, n1) in zip(ticks, ticks[1:]):
            if n1 >= count:
                return t0 + (t1 - t0) * (count - n0) / max(1, n1 - n0)
        return ticks[-1][0]

    tenth = messages / 10
    rates = [tenth / max(1e-3, moment(tenth * (n + 1)) - moment(tenth * n)) for n in range(10)]
    taken, peak = messages / ticks[-1][0], resident(first)
    print(f"intake by tenths, messages a second: {' '.join(f'{rate:.0f}' for rate in rates)}")
    end(first)

    # The second life: somebody does.
    sink = start("sink", "bench", "sink", "--listen", f"127.0.0.1:{receiver}", "--json")
    wait_for(receiver, sink)
    began = time.monotonic_ns()
    second = engine("second.log")
    seen, arrivals, quiet = -1, [], time.monotonic()
    while seen < messages and time.monotonic() - quiet < 120:
        time.sleep(0.25)
        arrivals = [(f["at"], f["done"]) for kind, f in reports("sink")[-1:] if kind == "tick"] or arrivals
        if arrivals and arrivals[-1][1] != seen:
            seen, quiet = arrivals[-1][1], time.monotonic()
    memory = resident(second)
    end(second)
    end(sink)
    ticks = [(f["at"], f["done"]) for kind, f in reports("sink") if kind == "tick"]
    final = next(f for kind, f in reports("sink") if kind == "end")
    delay = (final["first"] - began) / 1e9
    # The few that were tried while nobody listened come when their retry is due; that is no standstill.
    last_but_few = next((at for at, done in ticks if done >= messages - 50), ticks[-1][0])
    stalls, anchor = 0, None
    for at, done in ticks:
        if done == 0 or at > last_but_few:
            continue
        if anchor is None or done > anchor[1]:
            anchor = (at, done)
        elif at - anchor[0] >= 1e9:
            stalls, anchor = stalls + 1, (at, done)
    drained = final["done"] / max(1e-3, (final["last"] - final["first"]) / 1e9)
    verdicts = [
        line("intake, messages a second", f"{taken:.0f}", "", True),
        line("last tenth to first", f"{rates[-1] / rates[0]:.2f}", ">= 0.8", rates[-1] >= 0.8 * rates[0]),
        line("resident, receiver down", f"{peak:.0f} MB", "<= 300 MB", peak <= 300),
        line("restart to first delivery", f"{delay:.2f} s", "<= 5 s", delay <= 5),
        line("resident after the restart", f"{memory:.0f} MB", "<= 300 MB", memory <= 300),
        line("delivery, messages a second", f"{drained:.0f}", "", True),
        line("seconds without a delivery", str(stalls), "0", stalls == 0),
        line("delivered", f"{final['done']}", f"{messages}", final["done"] >= messages),
    ]
    sys.exit(0 if all(verdicts) else 1)
finally:
    for child in children:
        if child.poll() is None:
            child.kill()
    shutil.rmtree(folder, ignore_errors=True)
PYTHON
