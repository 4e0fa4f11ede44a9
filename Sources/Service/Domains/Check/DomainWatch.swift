import Logging
package import Mail

/// The drift watch: looks at every domain again when its time has come, so that new records are noticed without being
/// asked for and lost ones before the mail bounces. When that is stands with each domain and survives a restart.
package struct DomainWatch: Sendable {
    private let verification: DomainVerification
    private let time: any TimeSource
    private static let log = Logger(label: "martlet.domains")

    package init(verification: DomainVerification, time: any TimeSource) {
        self.verification = verification
        self.time = time
    }

    /// Until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            // As long as there is more to do than fits side by side, without a pause.
            while !Task.isCancelled, await round() >= verification.options.concurrency {}
            do { try await time.sleep(for: verification.options.tick) } catch { return }
        }
    }

    /// Looks at those that are due, a few side by side. Returns how many were looked at with success: none of them is
    /// due any more.
    package func round() async -> Int {
        let due: [SendingDomain]
        do { due = try await verification.due() } catch {
            // What a shutdown interrupts is no trouble.
            if !Task.isCancelled {
                Self.log.warning("Domains could not be looked for", metadata: ["reason": "\(error)"])
            }
            return 0
        }
        return await withTaskGroup { group in
            for domain in due {
                group.addTask {
                    do throws(ServiceFailure) {
                        _ = try await verification.check(domain)
                        return true
                    } catch {
                        if error.kind != .notFound, !Task.isCancelled {
                            Self.log.warning(
                                "A domain could not be checked",
                                metadata: ["domain": "\(domain.name)", "reason": "\(error)"])
                        }
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }
}
