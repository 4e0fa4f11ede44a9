import Mail

/// One question about the DNS of a sending domain. Runs beside the others and may be left behind at the deadline, so
/// it also says what is to be written down when it has not come back.
struct DomainProbe: Sendable {
    /// What stands in the report when there is no answer in time.
    var late: DomainFinding
    var run: @Sendable () async -> DomainFinding

    init(
        _ subject: DomainFinding.Subject, record: String, type: String,
        run: @escaping @Sendable () async throws(ResolverFailure) -> DomainFinding
    ) {
        let late = DomainFinding(
            subject, .temporary, record: record, type: type,
            advice: "The DNS gave no answer in time. It is asked again soon.")
        self.late = late
        self.run = {
            do throws(ResolverFailure) {
                return try await run()
            } catch {
                var finding = late
                finding.advice = "The DNS gave no answer (\(Self.words(for: error))). It is asked again soon."
                return finding
            }
        }
    }

    private static func words(for failure: ResolverFailure) -> String {
        switch failure {
        case .timeout: "timeout"
        case .server(let rcode): "response code \(rcode)"
        case .malformed: "malformed answer"
        case .unreachable: "no server can be reached"
        case .badName: "the name is too long for the DNS"
        case .cancelled: "cancelled"
        }
    }
}
