/// What is waited for where nothing is busy, and where latency comes from.
enum AdviceWaiting {
    static let rules: [AdviceFindings.Rule] = [
        rate, disk, connections, written, backlog, tail, fullLoad,
    ]

    /// A machine that is busier than this does not wait for anything else.
    private static let idleEnough = 0.7
    /// Milliseconds. The target for p99 at half of the highest rate.
    private static let acceptable = 20.0

    static let rate: AdviceFindings.Rule = { findings in
        guard let wanted = findings.parameter("rate"), wanted > 0, let got = findings.run?.ingestRate,
            got < 0.95 * wanted
        else { return nil }
        return
            "--rate \(ReportWords.figure(wanted)) was not reached: \(ReportWords.figure(got)) messages/s were "
            + "taken in, "
            + "so the latencies are those of a full load"
    }

    /// A commit begins when the one before it has ended. So where a sync takes most of an accept latency, and syncs
    /// follow one another without a gap, it is the disk.
    static let disk: AdviceFindings.Rule = { findings in
        guard let use = findings.machineUse, use < idleEnough, let gap = findings.millisecondsPerSync,
            let run = findings.run, let accept = run.acceptLatency, accept.p50 >= 0.7 * gap, gap >= 0.2,
            let syncs = run.syncs
        else { return nil }
        let each = Double(run.messages) / Double(max(1, syncs))
        return "the disk's sync is what is waited for: \(ReportWords.figure(1_000 / gap)) syncs/s, so at most "
            + "\(ReportWords.figure(gap)) ms each, with \(ReportWords.figure(each)) messages in each; "
            + "the processors are "
            + "busy for \(ReportWords.percent(use)). More connections put more messages into a sync; a disk with a "
            + "protected write cache syncs at once"
    }

    /// Little's law: what is under way is the rate times the time that each takes.
    static let connections: AdviceFindings.Rule = { findings in
        guard !findings.isPaced, let use = findings.machineUse, use < idleEnough, let run = findings.run,
            let count = findings.parameter("connections"), count >= 1, let rate = run.ingestRate,
            let accept = run.acceptLatency
        else { return nil }
        let batch = max(1, findings.parameter("batch") ?? 1)
        let underWay = rate / batch * accept.mean / 1_000
        guard underWay >= 0.7 * count else { return nil }
        return
            "raise --connections: \(ReportWords.figure(underWay)) of \(ReportWords.figure(count)) "
            + "wait for their answer "
            + "at any time (\(ReportWords.figure(accept.mean)) ms each) while the processors are busy for only "
            + ReportWords.percent(use)
    }

    static let written: AdviceFindings.Rule = { findings in
        guard let run = findings.run, let size = findings.parameter("size"), size > 0,
            let written = run.perMessage(run.bytesWritten.map(Double.init)), written > 4 * size + 4_096
        else { return nil }
        let syncs = run.perMessage(run.syncs.map(Double.init)).map { ", \(ReportWords.figure($0)) syncs each" } ?? ""
        return
            "much is written: \(ReportWords.figure(written)) bytes for a message of "
            + "\(ReportWords.figure(size))\(syncs); "
            + "each sync rewrites a page of 4,096 bytes, so more messages in a sync write less"
    }

    static let backlog: AdviceFindings.Rule = { findings in
        guard let run = findings.run, let out = run.ingestRate, run.rate < 0.9 * out else { return nil }
        let most = run.samples.map { $0.accepted - $0.arrived }.max() ?? 0
        guard most >= 1_000, Double(most) >= 0.2 * Double(run.messages) else { return nil }
        return
            "mail comes in faster than it goes out: \(ReportWords.figure(out)) against \(ReportWords.figure(run.rate)) "
            + "messages/s, and up to \(AdviceMeasurement.count(most)) waited. End-to-end latency is the time in that "
            + "queue: look at the receiver, 'connections' of the transport and queue.concurrency"
    }

    static let tail: AdviceFindings.Rule = { findings in
        guard let accept = findings.run?.acceptLatency, accept.p99 > 10 * accept.p50, accept.p99 > acceptable else {
            return nil
        }
        return
            "p99 far above p50: \(ReportWords.figure(accept.p99)) ms against \(ReportWords.figure(accept.p50)) ms to "
            + "accept a message. Something stalls now and then: compare the dips in throughput over time with syncs, "
            + "checkpoints and other programs"
    }

    static let fullLoad: AdviceFindings.Rule = { findings in
        guard !findings.isPaced, let run = findings.run, let accept = run.acceptLatency, accept.p99 > acceptable,
            let rate = run.ingestRate
        else { return nil }
        let half = max(1, (rate / 2 / 100).rounded() * 100)
        return
            "latency was measured at full load, where everything queues (accept p99 \(ReportWords.figure(accept.p99)) "
            + "ms): --rate \(ReportWords.number(half, places: 0).filter { $0 != "," }) shows it at half of that"
    }
}
