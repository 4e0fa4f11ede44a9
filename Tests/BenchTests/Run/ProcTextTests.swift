import Glibc
import Testing

@testable import Bench

@Suite struct ProcTextTests {
    @Test func aNameMayHoldSpacesAndParentheses() throws {
        let fields = (1...30).map { "\($0 * 100)" }
        let stat = try #require(ProcStat("42 (a (b) c) S 7 " + fields.joined(separator: " ") + "\n"))
        #expect(stat.name == "a (b) c")
        #expect(stat.parent == 7)
        #expect(stat.group == 100)
        #expect(!stat.isZombie)
        #expect(stat.user == 1_000 / ProcText.ticksPerSecond)
        #expect(stat.system == 1_100 / ProcText.ticksPerSecond)
        #expect(stat.childrenUser == 1_200 / ProcText.ticksPerSecond)
        #expect(stat.childrenSystem == 1_300 / ProcText.ticksPerSecond)
        #expect(stat.residentBytes == 2_000 * ProcText.pageSize)
    }

    @Test(arguments: ["", "42", "42 (a", "42 (a) S", "42 )a( S 7 1 2 3"])
    func whatIsNoStatIsNone(line: String) {
        #expect(ProcStat(line) == nil)
    }

    @Test(
        arguments: [
            ("Rss:      12 kB\nPss:   7 kB\nPss_Dirty: 3 kB\n", "Pss", 7), ("write_bytes: 4096\n", "write_bytes", 4096),
            ("MemTotal:       24105 kB\n", "MemTotal", 24_105), ("a: x\n", "a", nil), ("", "a", nil),
        ] as [(String, String, Int?)])
    func numbersAreFoundByTheirKey(text: String, key: String, number: Int?) {
        #expect(ProcText.number(key, in: text) == number)
    }

    @Test(
        arguments: [
            ("loop-0", "loop-0"), ("loop-12", "loop-12"), ("pool-3", "pool"), ("martlet", "martlet"), ("a-b", "a-b"),
            ("7", "7"), ("-7", "-7"),
            ("sha256", "sha256"), ("oot.default-qos", "shared pool"), ("-qos.overcommit", "shared pool"),
        ])
    func threadsOfOneKindAreOneFamily(name: String, family: String) {
        #expect(ProcessTree.family(name) == family)
    }

    @Test func theFileSystemIsThatOfTheLongestMountPoint() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/b /tmp/data xfs rw 0 0\n"
        #expect(BenchReport.Machine.fileSystem(of: "/home", mounts: mounts) == "ext4")
        #expect(BenchReport.Machine.fileSystem(of: "/tmp/x", mounts: mounts) == "tmpfs")
        #expect(BenchReport.Machine.fileSystem(of: "/tmp/data/x", mounts: mounts) == "xfs")
        #expect(BenchReport.Machine.fileSystem(of: "/tmp/database", mounts: mounts) == "tmpfs")
    }

    @Test func thisProcessIsReadAsItIs() throws {
        let reading = try #require(ProcessTree(root: getpid()).reading())
        #expect(reading.processes.contains(getpid()))
        #expect(reading.residentBytes > 0)
        #expect(ProcessTree.proportionalBytes([getpid()]) ?? 1 > 0)
        #expect(!ProcessTree.threads([getpid()]).isEmpty)
    }
}
