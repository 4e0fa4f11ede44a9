import Mail
import Service
import Synchronization

/// In `martlet dev` a domain appears, with its DKIM keys, when mail is first sent from it: the line that is pasted is
/// signed like production mail, and nobody had to configure anything.
final class DevIntake: Intake {
    private let intake: any Intake
    private let domains: DomainService
    private let directory: DomainDirectory
    /// Looked at already. Beyond this many nothing is made: a load test with random senders is not a wish for keys.
    private let seen = Mutex<Set<Domain>>([])
    private static let limit = 50

    init(intake: any Intake, domains: DomainService, directory: DomainDirectory) {
        self.intake = intake
        self.domains = domains
        self.directory = directory
    }

    func accept(_ submission: Submission) async throws(Refusal) -> Receipt {
        await addDomain(of: submission)
        return try await intake.accept(submission)
    }

    func accept(batch: [Submission]) async -> [Result<Receipt, Refusal>] {
        for submission in batch { await addDomain(of: submission) }
        return await intake.accept(batch: batch)
    }

    private func addDomain(of submission: Submission) async {
        let header = submission.header ?? HeaderSummary.scan(submission.content.original)
        if let author = header.authorDomain, isNew(author),
            await isUnknown(author, tenant: submission.tenant)
        {
            // A name that cannot be a domain of ours stays unsigned, as in production.
            _ = try? await domains.add(author.text, tenant: submission.tenant, status: .verified)
        }
    }

    private func isUnknown(_ domain: Domain, tenant: UUIDv7) async -> Bool {
        do { return try await directory.status(of: domain, tenant: tenant) == nil } catch { return false }
    }

    private func isNew(_ domain: Domain) -> Bool {
        seen.withLock { $0.count < Self.limit && $0.insert(domain).inserted }
    }
}
