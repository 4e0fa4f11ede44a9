package import Mail

/// What an operator can ask of the queue and do to it. `DeliveryQueue` is the one; tests of the surfaces above use
/// their own. All may be called from any thread. Verbs are durable when they return, and cost what they change, not
/// what is queued.
package protocol QueueDesk: Sendable {
    func summary() async -> QueueSummary
    /// Sites with mail or in trouble, the fullest first.
    func sites(limit: Int) async -> [SiteDetail]
    func site(named name: String) async -> SiteDetail?
    /// One entry for each queued delivery of the message, by its place in the envelope. Empty: it is not queued.
    func explanations(of message: UUIDv7) async -> [DeliveryExplanation]

    func holds() async -> [Hold]
    /// Nothing that the scope covers leaves until it is resumed or `until` has come. What is under way finishes.
    func suspend(_ scope: Hold.Scope, until: WallTime?, by: String, reason: String) async throws(ControlFailure) -> Hold
    /// Ends every hold of the scope, whoever made it. - Returns: those it ended.
    func resume(_ scope: Hold.Scope) async throws(ControlFailure) -> [Hold]
    func resume(hold id: UUIDv7) async throws(ControlFailure) -> Hold

    /// What waits for its next attempt is due now, and a site's back-off ends.
    func flush(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult
    func cancel(_ selector: QueueSelector) async throws(ControlFailure) -> VerbResult
    /// Gives deliveries up as failed; no failure notice is mailed, the event and `GET /v1/messages/{id}` say the
    /// reason.
    func bounce(_ selector: QueueSelector, by: String, reason: String) async throws(ControlFailure) -> VerbResult
    /// From now on these deliveries take another pool. `nil`: the one that the configuration says.
    func reroute(_ selector: QueueSelector, to pool: String?) async throws(ControlFailure) -> VerbResult
}
