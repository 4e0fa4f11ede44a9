package import Mail

/// Who may hand in mail by SMTP, and as whom.
///
/// A wrong password and an unknown user take the same way and the same time: one lookup, one digest, one comparison in
/// constant time. Only a right password is remembered, under the digest of user and password together, so that a client
/// which opens a connection for every message does not cost a query for each; guesses never meet that memory.
package final class ServicePolicy: SubmissionPolicy {
    package let trusted: Principal
    private let store: any CredentialStore
    private let domains: DomainDirectory
    private let requiresVerifiedDomain: Bool
    private let requiresKnownDomain: Bool
    private let accepted: ControlCache<[UInt8], Principal>

    /// - Parameter trustedTenant: owns what clients in the trusted networks send; they may send from any domain.
    package init(
        store: any CredentialStore, domains: DomainDirectory, trustedTenant: UUIDv7, changes: ControlChanges,
        options: SendOptions = SendOptions()
    ) {
        self.store = store
        self.domains = domains
        requiresVerifiedDomain = options.requiresVerifiedDomain
        requiresKnownDomain = options.requiresKnownDomain
        trusted = Principal(tenant: trustedTenant, user: nil)
        accepted = ControlCache(changes: changes)
    }

    package func authenticate(user: String, password: String, from client: IPAddress) async -> Principal? {
        // A bound on what is hashed; no user name or password of ours comes near it.
        guard user.utf8.count <= 256, password.utf8.count <= 256 else { return nil }
        let asked = SHA256.digest(of: Array(user.utf8) + [0] + Array(password.utf8))
        let principal = try? await accepted.value(for: asked) { () throws(StorageFailure) in
            try await self.check(user: user, password: password)
        }
        return principal ?? nil
    }

    package func refusal(for principal: Principal, sender: Mailbox?) -> Reply? {
        // RFC 5321 §4.5.5: the null reverse-path is for notifications; who may relay them is up to the author check.
        guard let sender else { return nil }
        return allows(sender.domain, principal) ? nil : Self.refused(sender.domain)
    }

    package func refusal(for principal: Principal, author: Domain?) -> Reply? {
        guard principal.domains != nil else { return nil }
        guard let author else {
            return Reply(
                code: 550, enhanced: EnhancedStatus(5, 7, 1), text: "The message has no From that can be read")
        }
        return allows(author, principal) ? nil : Self.refused(author)
    }

    private func check(user: String, password: String) async throws(StorageFailure) -> Principal? {
        let credential = try await store.credential(user: user)
        let digest = PasswordDigest.make(salt: credential?.salt ?? Self.nobody.salt, password: password)
        guard constantTimeEqual(digest, credential?.digest ?? Self.nobody.digest), let credential else { return nil }
        return Principal(
            tenant: credential.tenant, user: credential.user, isTest: credential.isTest,
            domains: try await allowed(credential))
    }

    private func allowed(_ credential: SMTPCredential) async throws(StorageFailure) -> Set<Domain>? {
        guard requiresKnownDomain else { return credential.domain.map { [$0] } }
        let own = try await domains.domains(of: credential.tenant)
        var names = Set(own.filter { !requiresVerifiedDomain || $0.value == .verified }.keys)
        // A bound credential sends from its domain, if that is the tenant's or lies below one that is.
        if let bound = credential.domain { names = names.contains(where: bound.isWithin) ? [bound] : [] }
        return names
    }

    /// A domain of the principal's, or one below it.
    private func allows(_ domain: Domain, _ principal: Principal) -> Bool {
        guard let domains = principal.domains else { return true }
        return domains.contains(domain) || domains.contains(where: domain.isWithin)
    }

    private static func refused(_ domain: Domain) -> Reply {
        Reply(
            code: 550, enhanced: EnhancedStatus(5, 7, 1), text: "This account may not send from \(domain.text)")
    }

    /// Stands in for a user that does not exist. No password has this digest.
    private static let nobody = (salt: RandomText.bytes(16), digest: [UInt8](repeating: 0, count: 32))
}
