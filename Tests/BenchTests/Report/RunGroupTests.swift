import Testing

@testable import Bench

@Suite struct RunGroupTests {
    private func run(_ label: String, _ seconds: Double) -> BenchRun {
        BenchRun(label: label, messages: 1_000, seconds: seconds)
    }

    @Test func labelsKeepTheOrderInWhichTheyCameFirst() {
        let groups = RunGroup.groups(of: [run("b", 1), run("a", 1), run("b", 2), run("c", 1), run("a", 2)])
        #expect(groups.map(\.label) == ["b", "a", "c"])
        #expect(groups.map(\.runs.count) == [2, 2, 1])
    }

    @Test(
        arguments: [([], nil), ([3], 3), ([3, 1], 2), ([9, 1, 5], 5), ([4, 1, 2, 3], 2.5)] as [([Double], Double?)])
    func theMedianIsTheMiddle(values: [Double], median: Double?) {
        #expect(RunGroup.median(values) == median)
    }

    @Test func theTypicalRoundIsOneThatWasRun() {
        let group = RunGroup(label: "a", runs: [run("a", 4), run("a", 1), run("a", 2)])
        #expect(group.typical.seconds == 2)
        #expect(RunGroup(label: "a", runs: [run("a", 1), run("a", 2)]).typical.seconds == 2)
    }

    @Test func theSpreadIsAShareOfTheMedian() {
        #expect(RunGroup(label: "a", runs: [run("a", 1)]).spread == nil)
        // 1,000, 500 and 250 a second.
        #expect(RunGroup(label: "a", runs: [run("a", 1), run("a", 2), run("a", 4)]).spread == 1.5)
    }

    @Test func aRunWithoutTimeHasNoRate() {
        #expect(run("a", 0).rate == 0)
        #expect(RunGroup(label: "a", runs: [run("a", 0), run("a", 0)]).spread == nil)
    }
}
