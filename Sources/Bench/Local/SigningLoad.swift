import DNSAuth
import Loop
import Mail

/// One key and one message, to be signed again and again.
final class SigningLoad: Sendable {
    /// Of the algorithm, for the report.
    let name: String
    private let key: SigningKey
    private let entry: DKIMKeyring.Entry
    private let signer: DKIMSigner
    private let content: Content
    private let author: Domain

    private static let time = WallTime(milliseconds: 1_767_225_600_000)

    init(_ name: String, _ stored: DKIMKey, content: Content, pool: BlockingPool) throws(SigningFailure) {
        self.name = name
        self.content = content
        author = BenchText.sender.domain
        key = try SigningKey(stored)
        let keyring = DKIMKeyring()
        keyring.add(
            SendingDomain(
                id: BenchText.tenant, tenant: BenchText.tenant, name: author, status: .verified, dkim: [stored],
                createdAt: Self.time))
        guard let entry = keyring.keys(for: author) else { throw .badKey(selector: stored.selector) }
        self.entry = entry
        signer = DKIMSigner(keyring: keyring, pool: pool)
    }

    /// The key's own work: OpenSSL's signature of a digest (and the digest of one byte, which is nothing beside it).
    func bare() throws(SigningFailure) { _ = try key.sign([0]) }

    /// The whole field, on this thread.
    func sign() throws(SigningFailure) {
        _ = try DKIMSigner.sign(content, with: entry, options: DKIMOptions(), at: Self.time)
    }

    /// Callers that ask the signer as a shard of the queue does.
    func signThroughPool(callers: Int, _ limit: LoadLimit) async throws(SigningFailure) -> SigningCrew.Done {
        let start = ProcessClock()
        let result = await withTaskGroup(of: Result<Int, SigningFailure>.self) { group in
            for _ in 0..<callers { group.addTask { await self.call(limit) } }
            var sum = Result<Int, SigningFailure>.success(0)
            for await part in group { sum = SigningCrew.sum(sum, part) }
            return sum
        }
        return SigningCrew.Done(count: try result.get(), spent: ProcessClock().since(start))
    }

    @concurrent private func call(_ limit: LoadLimit) async -> Result<Int, SigningFailure> {
        var count = 0
        while limit.next() != nil {
            do {
                _ = try await signer.signatures(for: content, author: author, at: Self.time)
            } catch {
                limit.end()
                return .failure(error)
            }
            count += 1
        }
        return .success(count)
    }
}
