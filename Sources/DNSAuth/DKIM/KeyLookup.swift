package import Mail

/// Fetches the keys that the signatures of one message name: each name once, all at the same time.
package struct KeyLookup: Sendable {
    package typealias Found = Result<[String], SignatureFailure>

    private let resolver: any Resolver

    package init(resolver: any Resolver) { self.resolver = resolver }

    /// The TXT records at each name, in the order of the answer; never an empty array.
    package func records(at names: Set<String>) async -> [String: Found] {
        if names.count < 2 {
            guard let name = names.first else { return [:] }
            return [name: await records(at: name)]
        }
        return await withTaskGroup(of: (String, Found).self) { group in
            for name in names { group.addTask { (name, await records(at: name)) } }
            var all: [String: Found] = [:]
            for await (name, found) in group { all[name] = found }
            return all
        }
    }

    private func records(at name: String) async -> Found {
        do throws(ResolverFailure) {
            let records = try await resolver.txt(name).records
            // RFC 6376 §6.1.2: no key for the signature.
            return records.isEmpty ? .failure(.noKey) : .success(records)
        } catch {
            return .failure(.lookupFailed(error))
        }
    }
}
