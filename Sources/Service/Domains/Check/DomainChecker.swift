package import DNSAuth
package import Mail

/// Looks at everything the DNS should say about a sending domain: all questions side by side, and no longer than the
/// options allow, whatever the DNS does. Judges each by itself; what follows is `DomainProgress`'s question.
package struct DomainChecker: Sendable {
    package var setup: SendingSetup
    package var timeout: Duration
    private let resolver: any Resolver
    private let sts: (any MTASTSSource)?
    private let time: any TimeSource
    private let executor: (any TaskExecutor)?

    /// - Parameters:
    ///   - resolver: should keep answers for seconds only: somebody who has just published a record must not be told of
    ///     its absence for an hour.
    ///   - sts: `nil`: MTA-STS is not looked at.
    ///   - executor: where the questions are asked; `nil`: anywhere.
    package init(
        setup: SendingSetup, resolver: any Resolver, sts: (any MTASTSSource)? = nil, time: any TimeSource,
        timeout: Duration = DomainCheckOptions().timeout, executor: (any TaskExecutor)? = nil
    ) {
        self.setup = setup
        self.resolver = resolver
        self.sts = sts
        self.time = time
        self.timeout = timeout
        self.executor = executor
    }

    /// One finding for each thing that applies to the domain, in a fixed order. Without weights.
    package func check(_ domain: SendingDomain) async -> [DomainFinding] {
        let probes = probes(for: domain)
        let board = ProbeBoard(late: probes.map(\.late))
        // Tasks of their own and no group: a group waits for its children, and a question that is under way cannot be
        // called back.
        let asking = probes.indices.map { index in
            let probe = probes[index]
            return Task(executorPreference: executor) { board.put(await probe.run(), at: index) }
        }
        let (time, deadline) = (time, time.now + timeout)
        let alarm = Task(executorPreference: executor) {
            do { try await time.sleep(until: deadline) } catch { return }
            board.close()
        }
        let findings = await board.findings()
        alarm.cancel()
        for task in asking { task.cancel() }
        return findings
    }

    private func probes(for domain: SendingDomain) -> [DomainProbe] {
        let alias = AliasProbe(resolver: resolver, hostname: setup.hostname)
        var probes = [SPFProbe(resolver: resolver, setup: setup, time: time).probe(domain.name)]
        probes += domain.dkim.filter { $0.state != .retired }.map {
            DKIMProbe(resolver: resolver).probe($0, of: domain.name)
        }
        probes.append(DMARCProbe(resolver: resolver).probe(domain.name))
        probes.append(MXProbe(resolver: resolver).probe(domain.name))
        if let name = setup.returnPath(of: domain.name) { probes.append(alias.returnPath(name)) }
        if let name = setup.tracking(of: domain.name) { probes.append(alias.tracking(name)) }
        probes.append(ReverseProbe(resolver: resolver, hostname: setup.hostname).probe(setup.sources))
        if let sts { probes.append(MTASTSProbe(source: sts).probe(domain.name)) }
        probes.append(TLSReportProbe(resolver: resolver).probe(domain.name))
        return probes
    }
}
