/// What filling and emptying a queue took, once or several times.
struct QueueTurn: Sendable {
    var deliveries = 0
    var admission = ProcessClock.Spent()
    var turnover = ProcessClock.Spent()
    /// The first and the last tenth of the turnover, and how many deliveries that was.
    var first = (spent: ProcessClock.Spent(), deliveries: 0)
    var last = (spent: ProcessClock.Spent(), deliveries: 0)
    /// Bytes that the process grew by while the queue was filled; the most of several times.
    var resident = 0
    /// Resident bytes of the process at the end.
    var peak = 0

    static func += (sum: inout Self, other: Self) {
        sum.deliveries += other.deliveries
        sum.admission += other.admission
        sum.turnover += other.turnover
        sum.first.spent += other.first.spent
        sum.first.deliveries += other.first.deliveries
        sum.last.spent += other.last.spent
        sum.last.deliveries += other.last.deliveries
        sum.resident = max(sum.resident, other.resident)
        sum.peak = max(sum.peak, other.peak)
    }

    /// - Parameter queued: deliveries in the full queue.
    func report(label: String, queued: Int) -> BenchRun {
        var whole = admission
        whole += turnover
        var run = BenchRun(label: label, messages: deliveries, seconds: whole.seconds)
        run.cost = whole.cost
        run.peakRSSMiB = Double(peak) / 1_048_576
        run.figures = [
            BenchRun.Figure("CPU to admit", Self.nanoseconds(admission, deliveries), "ns/delivery"),
            BenchRun.Figure("CPU to turn over", Self.nanoseconds(turnover, deliveries), "ns/delivery"),
            BenchRun.Figure("first tenth", Self.nanoseconds(first.spent, first.deliveries), "ns/delivery"),
        ]
        // The first look may find a small queue empty already.
        if last.deliveries > 0 {
            run.figures.append(
                BenchRun.Figure("last tenth", Self.nanoseconds(last.spent, last.deliveries), "ns/delivery"))
        }
        run.figures.append(BenchRun.Figure("turned over", Double(deliveries) / max(turnover.seconds, 1e-9), "/s"))
        // Memory comes in pages and arenas: of a small queue the growth says nothing.
        if queued >= 50_000 {
            run.figures.append(BenchRun.Figure("memory", Double(resident) / Double(queued), "B/delivery"))
        }
        return run
    }

    private static func nanoseconds(_ spent: ProcessClock.Spent, _ count: Int) -> Double {
        count > 0 ? spent.processor * 1e9 / Double(count) : 0
    }
}
