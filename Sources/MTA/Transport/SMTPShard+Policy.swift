import Loop
import Mail

/// What the shard asks about published policies, and what it tells the TLS reports.
extension SMTPShard {
    /// The way to the destination. Remembered for a moment, because every batch asks.
    func heading(for destination: Domain) async -> Result<Heading, NoHost> {
        if let known = headings.heading(for: destination, at: time.now) { return .success(known) }
        let policies = settings.options.tls.asksForPolicies ? settings.policies : nil
        let found = await settings.source.heading(for: destination, policies: policies)
        if case .success(let heading) = found { headings.remember(heading, for: destination, now: time.now) }
        return found
    }

    /// `nil` where the batch travels as it is, as nearly every one does.
    func parts(of batch: DeliveryBatch) async -> [BatchParts.Part]? {
        let destinations = BatchParts.destinations(of: batch)
        guard destinations.count > 1 else { return nil }
        // Side by side: a policy host that does not answer costs a minute, and a hundred of them no more than that.
        let silent = await withTaskGroup(of: (Domain, Heading.Hosts)?.self) { group in
            for destination in destinations {
                group.addTask { await self.silentHosts(of: destination).map { (destination, $0) } }
            }
            var silent: [Domain: Heading.Hosts] = [:]
            for await case (let domain, let hosts)? in group { silent[domain] = hosts }
            return silent
        }
        // Since the site was named, somebody may have taken other hosts, which must not get the mail of the rest.
        let hosts = destinations.lazy.compactMap { silent[$0] }.first
        let parts = BatchParts.divide(batch, silent: Set(silent.filter { $0.value == hosts }.keys))
        return parts.count > 1 ? parts : nil
    }

    /// The hosts of a destination that publishes nothing; `nil` when it does, or cannot be looked up.
    private func silentHosts(of destination: Domain) async -> Heading.Hosts? {
        guard case .success(let heading) = await heading(for: destination) else { return nil }
        return heading.policy == Heading.silence ? heading.hosts : nil
    }

    /// The addresses of a host and what a connection there has to prove. A host that the policy does not allow is not
    /// looked up.
    func resolve(
        _ host: MailHost, _ heading: Heading
    ) async -> Result<(Result<Answer<IPAddress>, ResolverFailure>, HostDemand), HostExclusion> {
        let mode = settings.options.tls
        guard let policies = settings.policies, TLSRuling.needsDANE(mode, heading.policy) else {
            switch heading.ruling(mode, host: host.name, dane: .absent) {
            case .success(let demand): return .success((await settings.source.addresses(of: host), demand))
            case .failure(let exclusion): return .failure(exclusion)
            }
        }
        let addresses = await settings.source.addresses(of: host)
        var dane = DANEStatus.absent
        if case .success(let answer) = addresses, !answer.records.isEmpty {
            dane = await policies.dane(for: host.name, port: host.port, addresses: answer)
        }
        return heading.ruling(mode, host: host.name, dane: dane).map { (addresses, $0) }
    }

    // MARK: TLS reports

    func note(_ connection: SMTPConnection, _ target: Target, destination: Domain) {
        let stream = connection.stream
        let finding = TLSFinding.opened(target.demand, tls: stream.tls, certificate: stream.certificateFailure)
        record(
            finding, target.demand.report, destination, host: target.name, at: target.address.ip,
            from: connection.sendingAddress ?? stream.local.ip)
    }

    func note(_ failure: SessionFailure, _ target: Target, _ departure: Departure, destination: Domain) {
        if let trouble = failure.sourceFailure, let source = departure.source {
            sourceComplaints.tell(trouble, of: source.name, now: time.now)
        }
        let finding = TLSFinding.failed(failure)
        if target.demand.isPublished, case .failure(let reason) = finding {
            complaints.tell(reason, of: destination, host: target.name, now: time.now)
        }
        record(
            finding, target.demand.report, destination, host: target.name, at: target.address.ip,
            from: departure.source?.address(towards: target.address.ip) ?? settings.options.source)
    }

    func note(_ exclusion: HostExclusion, host: String, destination: Domain) {
        complaints.tell(exclusion.finding, of: destination, host: host, now: time.now)
        record(.failure(exclusion.finding), exclusion.report, destination, host: host, at: nil, from: nil)
    }

    private func record(
        _ finding: TLSFinding, _ policy: TLSAttempt.Policy?, _ destination: Domain, host: String, at peer: IPAddress?,
        from source: IPAddress?
    ) {
        TLSMetrics.count(finding)
        guard let log = settings.attempts, let policy else { return }
        var attempt = TLSAttempt(
            destination: destination, policy: policy, at: time.wall, sendingAddress: source?.description ?? "",
            receivingAddress: peer?.description ?? "", receivingHost: host)
        switch finding {
        case .nothing: return
        case .success: break
        case .failure(let finding):
            attempt.failure = finding.failure
            attempt.detail = finding.text
        }
        log.record(attempt)
    }
}
