package import DNSAuth
import Logging
package import Mail

/// Carries the counts of the accumulators into the store, so that a crash costs a minute of them.
package struct ReportCollector: Sendable {
    private let aggregate: AggregateAccumulator
    private let tls: TLSReportAccumulator
    private let store: any ReportStore
    private let time: any TimeSource
    private static let log = Logger(label: "martlet.reports")

    package init(
        aggregate: AggregateAccumulator, tls: TLSReportAccumulator, store: any ReportStore, time: any TimeSource
    ) {
        self.aggregate = aggregate
        self.tls = tls
        self.store = store
        self.time = time
    }

    /// Until the task is cancelled, and then once more.
    package func run() async {
        while !Task.isCancelled {
            do { try await time.sleep(for: .seconds(60)) } catch { break }
            await flush()
        }
        // A cancelled task would cancel the database's work as well.
        await Task { await flush() }.value
    }

    /// What could not be stored is counted again next time.
    package func flush() async {
        let (rows, sessions) = (aggregate.drain(), tls.drain())
        do throws(StorageFailure) {
            try await store.add(rows, sessions)
        } catch {
            aggregate.restore(rows)
            tls.restore(sessions)
            Self.log.error("Counts for reports could not be stored", metadata: ["reason": "\(error)"])
        }
    }
}
