package import Mail

/// What the owner of a domain does with its records: have them looked at, take them along, and change the keys.
extension DomainService {
    /// Looks at the DNS now. A pending domain may become verified by it, and a new key active.
    /// `rate_limit_exceeded` with the time to wait when it was asked for a moment ago.
    package func verify(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> DomainView {
        let domain = try await find(id, of: caller.tenant)
        let checked = try await checks().checkOnRequest(domain)
        return view(checked.domain, checked.findings)
    }

    /// What the last look found; looks now when there was none yet.
    package func score(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> DomainView {
        let domain = try await find(id, of: caller.tenant)
        let checked = try await checks().lastCheck(of: domain)
        return view(checked.domain, checked.findings)
    }

    /// The records as text for a zone file.
    package func zone(_ id: UUIDv7, by caller: Caller) async throws(ServiceFailure) -> (domain: Domain, text: String) {
        let view = try await get(id, by: caller)
        return (view.domain.name, ZoneText.of(view.records, for: view.domain.name))
    }

    /// A new key pair under new selectors, beside the one that signs. Signing changes over, key by key, when the new
    /// records are seen in the DNS; the old records stay published for the overlap.
    ///
    /// `conflict` when keys of an earlier rotation are not published yet.
    /// - Parameter force: replace those instead.
    package func rotate(
        _ id: UUIDv7, force: Bool = false, by caller: Caller
    ) async throws(ServiceFailure) -> DomainView {
        try await rotate(try await find(id, of: caller.tenant), force: force)
    }

    /// By name and without a caller, for the command line.
    package func rotate(
        named name: String, force: Bool = false, tenant: UUIDv7
    ) async throws(ServiceFailure) -> DomainView {
        try await rotate(try await get(named: name, tenant: tenant).domain, force: force)
    }

    private func rotate(_ domain: SendingDomain, force: Bool) async throws(ServiceFailure) -> DomainView {
        var domain = domain
        try Self.mayRotate(domain, force: force)
        let now = time.wall
        let pair = try await makePair(beside: domain.dkim, at: now)
        for _ in 0..<5 {
            var changed = domain
            DKIMRotation.begin(pair, in: &changed, at: now)
            changed.nextCheck = now + Self.firstLook
            do {
                guard try await store.update(changed, findings: nil) else { throw ServiceFailure.notFound("domain") }
            } catch let failure as ServiceFailure {
                throw failure
            } catch let failure as StorageFailure {
                guard failure == .conflict else { throw ServiceFailure(storage: failure, doing: "key rotation") }
                // A check was faster. Another rotation, too: then its keys wait to be published now.
                domain = try await find(domain.id, of: domain.tenant)
                try Self.mayRotate(domain, force: force)
                continue
            } catch { throw ServiceFailure(.internalError, "The rotation could not be stored.") }
            await directory.changed()
            return try await withFindings(changed)
        }
        throw ServiceFailure(.conflict, "The domain is being changed by others.", retryAfter: .seconds(1))
    }

    private static func mayRotate(_ domain: SendingDomain, force: Bool) throws(ServiceFailure) {
        let waiting = domain.dkim.filter { $0.state == .publishedPending }.map(\.selector)
        guard !force, !waiting.isEmpty else { return }
        throw ServiceFailure(
            .conflict,
            "The last rotation is not finished: publish the records of \(waiting.joined(separator: " and ")), or "
                + "rotate with force to replace these keys."
        )
    }

    private func checks() throws(ServiceFailure) -> DomainVerification {
        guard let verification else {
            throw ServiceFailure(.invalidState, "This process does not look at the DNS of domains.")
        }
        return verification
    }
}
