import Glibc
import Testing

@testable import Bench

@Suite(.timeLimit(.minutes(2))) struct ChildProcessTests {
    private let folder: RunFolder
    private let warden: ChildWarden

    /// `cat` stands for the warden, whose duty has tests of its own.
    init() throws {
        folder = try RunFolder(in: nil)
        warden = try ChildWarden(binary: "/bin/cat", arguments: [], folder: folder.path)
    }

    private func shell(_ script: String) throws -> ChildProcess {
        try ChildProcess(
            "shell", path: "/bin/sh", ["-c", script], output: .pipe, errors: folder.file("errors"),
            environment: ["BENCH_WORD": "here"], warden: warden)
    }

    private func all(_ child: ChildProcess) -> String {
        var output: [UInt8] = []
        _ = Patience.wait(30) {
            output += child.read()
            return !child.isRunning
        }
        output += child.read()
        return String(decoding: output, as: UTF8.self)
    }

    @Test func outputErrorsEnvironmentAndStatusComeBack() throws {
        defer { RunFolder.remove(folder.path) }
        let child = try shell("echo out; echo $BENCH_WORD; echo err >&2; exit 3")
        #expect(all(child) == "out\nhere\n")
        #expect(child.exitStatus == 3)
        #expect(ProcText.read(folder.file("errors")) == "err\n")
    }

    @Test func oneThatHearsSIGTERMEndsByItself() throws {
        defer { RunFolder.remove(folder.path) }
        let child = try shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done")
        var output: [UInt8] = []
        #expect(
            Patience.wait(30) {
                output += child.read()
                return !output.isEmpty
            })
        #expect(child.end(within: 30) == 7)
    }

    @Test func oneThatDoesNotIsKilledWithItsDescendants() throws {
        defer { RunFolder.remove(folder.path) }
        let child = try shell("trap '' TERM; sh -c 'echo $$; trap \"\" TERM; while :; do sleep 0.05; done'")
        var output: [UInt8] = []
        #expect(
            Patience.wait(30) {
                output += child.read()
                return output.contains(10)
            })
        let grandchild = try #require(pid_t(String(decoding: output.prefix { $0 != 10 }, as: UTF8.self)))
        #expect(child.end(within: 0) == 128 + SIGKILL)
        // Gone, or dead and waiting for whoever inherited it.
        #expect(
            Patience.wait(30) {
                kill(grandchild, 0) != 0 || ProcText.read("/proc/\(grandchild)/stat")?.contains(") Z ") == true
            })
    }

    @Test func aProgramThatDoesNotExistIsSaid() throws {
        defer { RunFolder.remove(folder.path) }
        #expect(throws: RunFailure.self) {
            try ChildProcess(
                "nothing", path: "/nowhere/at/all", [], output: .pipe, errors: folder.file("errors"), warden: warden)
        }
    }

    @Test func reportsOfALoadAreTakenIn() throws {
        defer { RunFolder.remove(folder.path) }
        let latency = BenchRun.Latency(count: 1, mean: 1, p50: 1, p90: 1, p99: 1, p999: 1, max: 1)
        let reports: [LoadReport] = [
            .ready(at: 5), .tick(at: 6, done: 3, failed: 1),
            .end(first: 5, last: 9, done: 4, failed: 1, connections: 2, latency: latency, remarks: ["a: 1"]),
        ]
        try folder.write(
            "#!/bin/sh\ncat <<'REPORTS'\n"
                + reports.map { String(decoding: $0.line, as: UTF8.self) }.joined(separator: "noise\n")
                + "REPORTS\n", to: "script")
        let process = try LoadProcess(
            "load", binary: "/bin/sh", [folder.file("script")], folder: folder, warden: warden)
        try process.waitUntilReady(30)
        #expect(process.readyAt == 5)
        let end = try process.finish(30)
        #expect(
            end
                == LoadProcess.End(
                    first: 5, last: 9, done: 4, failed: 1, connections: 2, latency: latency, remarks: ["a: 1"]))
    }

    @Test func aLoadThatEndsWithoutAReportIsAFailureWithItsWords() throws {
        defer { RunFolder.remove(folder.path) }
        let process = try LoadProcess(
            "load", binary: "/bin/sh", ["-c", "echo no luck >&2; exit 4"], folder: folder, warden: warden)
        do {
            try process.waitUntilReady(30)
            Issue.record("it cannot be ready")
        } catch {
            #expect("\(error)".contains("the load did not begin, exit status 4: no luck"))
        }
    }
}
