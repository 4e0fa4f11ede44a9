package import DNSAuth
import Logging
package import Mail

/// Takes the reports that others send us: DMARC aggregate (RFC 9990), DMARC failure and abuse (RFC 9991, RFC 5965) and
/// TLS (RFC 8460). What cannot be read is kept as it came, with the reason: a report is never lost to a mistake of
/// whoever wrote it.
package struct ReportIntake: InboundSink {
    private let store: any ReportStore
    private let addresses: Set<Mailbox>
    private let limits: ReportLimits
    private static let log = Logger(label: "martlet.reports")
    /// Bytes kept of a message that is no readable report.
    static let keptBytes = 256 << 10

    /// - Parameter addresses: the recipients that reports are taken for; letters of the local part may differ in case.
    package init(store: any ReportStore, addresses: [Mailbox], limits: ReportLimits = ReportLimits()) {
        self.store = store
        self.addresses = Set(addresses.map(Self.folded))
        self.limits = limits
    }

    package func refusal(for recipient: Mailbox) async -> Reply? {
        // RFC 5321 §4.2.2.
        addresses.contains(Self.folded(recipient))
            ? nil : Reply(code: 550, enhanced: EnhancedStatus("5.1.1"), text: "no such mailbox here")
    }

    package func deliver(_ message: InboundMessage) async throws(Refusal) {
        let (original, limits) = (message.content.original, limits)
        // Unpacking and parsing may take seconds.
        let content = await Self.elsewhere { Self.read(original, limits: limits) }
        let dmarc = message.authentication.dmarc
        let report = StoredReport(
            id: message.id, receivedAt: message.receivedAt,
            sender: dmarc.author?.text ?? message.client.sender?.domain.text ?? "",
            isAuthenticated: dmarc.result == .pass, content: content)
        do throws(StorageFailure) {
            let isNew = try await store.insert(report)
            Self.log.info(
                "A report came in",
                metadata: [
                    "kind": "\(report.summary.kind?.rawValue ?? "unreadable")", "domain": "\(report.summary.domain)",
                    "sender": "\(report.sender)", "new": "\(isNew)", "reason": "\(report.summary.reason ?? "")",
                ])
        } catch {
            Self.log.error("A report could not be stored", metadata: ["reason": "\(error)"])
            throw .storageUnavailable
        }
    }

    /// Off the loop that the message came in on. `@concurrent` alone would not leave it: the loop is the executor that
    /// the conversation's task prefers, and so that of all its functions without an actor (SE-0417).
    static func elsewhere<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withTaskExecutorPreference(globalConcurrentExecutor) { await run(work) }
    }

    @concurrent
    private static func run<Value: Sendable>(_ work: @Sendable () -> Value) async -> Value { work() }

    private static func read(_ message: [UInt8], limits: ReportLimits) -> StoredReport.Content {
        do throws(ReportFailure) {
            return .report(try ReportReader.read(message: message, limits: limits))
        } catch {
            // Anybody may write to the address; what is kept for people to look at need not be 25 MB.
            guard message.count > keptBytes else { return .unreadable(reason: "\(error)", message: message) }
            return .unreadable(
                reason: "\(error) (the first \(keptBytes) of \(message.count) bytes are kept)",
                message: Array(message[..<keptBytes]))
        }
    }

    private static func folded(_ mailbox: Mailbox) -> Mailbox {
        Mailbox(localPart: mailbox.localPart.lowercased(), domain: mailbox.domain)
    }
}
