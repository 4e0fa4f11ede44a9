import Mail

extension Operation {
    /// What intake wants to know of a header section of a dozen fields.
    static let headerScan = Operation("header-scan", count: 2_000) {
        let message = SampleMail.message(1_024)
        guard HeaderSummary.scan(message).authorDomain == SampleMail.domain else {
            throw Unexpected("the author's domain was not found")
        }
        return { times in
            for _ in 0..<times { keep(HeaderSummary.scan(message)) }
        }
    }
}
