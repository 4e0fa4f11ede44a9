package import Mail

/// Reads a domain's policy for the one who publishes it: everything is followed, and nothing is evaluated for a
/// message. Costs at most a hundred questions, of which some are for both families of addresses.
package struct SPFInspection: Sendable {
    private let resolver: any Resolver
    private let options: SPFOptions
    private let time: any TimeSource

    package init(resolver: any Resolver, options: SPFOptions = SPFOptions(), time: any TimeSource) {
        self.resolver = QuestionMemo(resolver)
        self.options = options
        self.time = time
    }

    package func inspect(_ domain: Domain) async -> SPFTree {
        let name = SPFName.canonical(domain.text)
        var walk = SPFWalk(resolver: resolver, options: options, time: time)
        var root = await walk.node(name, term: nil, path: [])
        if root.lookups > options.maximumLookups {
            root.note(
                .error, .tooManyLookups,
                "an evaluation can take \(root.lookups) DNS look-ups; \(options.maximumLookups) are allowed")
        }
        if root.voidLookups > options.maximumVoidLookups {
            root.note(
                .error, .tooManyVoidLookups,
                "\(root.voidLookups) look-ups find nothing; \(options.maximumVoidLookups) are allowed")
        }
        return SPFTree(root: root, lookups: root.lookups, voidLookups: root.voidLookups)
    }
}

extension SPFNode {
    mutating func note(
        _ severity: SPFFinding.Severity, _ kind: SPFFinding.Kind, _ message: String, offset: Int? = nil
    ) {
        findings.append(
            SPFFinding(
                severity: severity, kind: kind, domain: domain,
                message: SPFCharacter.printable(message, limit: 400), offset: offset))
    }
}

/// The walk through the records, with what is left of its questions.
struct SPFWalk {
    private let resolver: any Resolver
    private let options: SPFOptions
    private let time: any TimeSource
    private let deadline: MonotonicInstant
    private var questionsLeft = 100

    /// Deeper than any record that can be evaluated.
    private static let depthLimit = 12

    init(resolver: any Resolver, options: SPFOptions, time: any TimeSource) {
        self.resolver = resolver
        self.options = options
        self.time = time
        deadline = time.now + options.timeLimit
    }

    /// - Parameter path: the records above, the root first.
    mutating func node(_ domain: String, term: String?, path: [String]) async -> SPFNode {
        var node = SPFNode(domain: SPFCharacter.printable(domain, limit: 253), term: term)
        guard SPFName.isPolicyDomain(domain) else {
            node.note(.error, .noRecord, "not a domain name that could have a record")
            return node
        }
        guard !path.contains(domain) else {
            node.note(.error, .loop, "leads back to itself: \((path + [domain]).joined(separator: " -> "))")
            return node
        }
        guard path.count < Self.depthLimit, mayAsk() else {
            node.note(.error, .tooLarge, "not looked at any more")
            return node
        }
        let records: [String]
        do throws(ResolverFailure) {
            records = try await resolver.txt(domain).records
        } catch {
            node.note(.error, .noAnswer, "the DNS does not answer for TXT of \(domain): \(error)")
            return node
        }
        if records.contains(where: { $0.lowercased().hasPrefix("spf2.0/") }) {
            node.note(.warning, .senderID, "a Sender ID record (spf2.0), which is obsolete")
        }
        let policies = records.filter { SPFParser.isRecord($0) }
        guard let text = policies.first else {
            node.note(.error, .noRecord, "no SPF record")
            return node
        }
        node.record = SPFCharacter.printable(text, limit: 4_096)
        guard policies.count == 1 else {
            // RFC 7208 §4.5.
            node.note(.error, .severalRecords, "\(policies.count) SPF records; there must be one")
            return node
        }
        let parser = SPFParser(text)
        for failure in parser.failures {
            node.note(.error, .syntax, failure.description, offset: failure.offset)
        }
        node.noteHabits(parser.record, bytes: text.utf8.count)
        await follow(parser.record, domain, &node, path: path + [domain])
        return node
    }

    /// Every term up to `all`, then the redirect.
    private mutating func follow(
        _ record: SPFRecord, _ domain: String, _ node: inout SPFNode, path: [String]
    ) async {
        for directive in record.directives {
            if directive.mechanism == .all { return }
            if directive.mechanism.costsLookup { node.lookups += 1 }
            switch directive.mechanism {
            case .include(let target): await descend(target, directive.text, domain, &node, path)
            case .a(let target, _): await ask(target, directive.text, domain, &node) { .hosts($0) }
            case .exists(let target): await ask(target, directive.text, domain, &node) { .a($0) }
            case .mx(let target, _): await ask(target, directive.text, domain, &node) { .mx($0) }
            case .ptr, .network, .all: break
            }
        }
        guard let redirect = record.redirect else { return }
        node.lookups += 1
        await descend(redirect, "redirect=\(redirect.text)", domain, &node, path)
    }

    private mutating func descend(
        _ target: SPFMacro, _ term: String, _ domain: String, _ node: inout SPFNode, _ path: [String]
    ) async {
        guard !target.dependsOnMessage else {
            node.note(.warning, .dependsOnMessage, "\(term) depends on the message and was not followed")
            node.children.append(SPFNode(domain: target.text, term: term))
            return
        }
        let child = await self.node(target.name(Self.values(domain)) ?? target.text, term: term, path: path)
        node.lookups += child.lookups
        node.voidLookups += child.voidLookups
        node.children.append(child)
    }

    private enum Lookup {
        case hosts(String)
        case a(String)
        case mx(String)
    }

    private mutating func ask(
        _ target: SPFMacro?, _ term: String, _ domain: String, _ node: inout SPFNode,
        _ lookup: (String) -> Lookup
    ) async {
        if let target, target.dependsOnMessage {
            node.note(.warning, .dependsOnMessage, "\(term) depends on the message and was not looked up")
            return
        }
        let name = target.map { $0.name(Self.values(domain)) } ?? domain
        guard let name else {
            node.note(.warning, .findsNothing, "\(term) is no name that can be looked up")
            return
        }
        guard mayAsk() else { return }
        let count: Int
        do throws(ResolverFailure) {
            switch lookup(name) {
            case .hosts(let name): count = try await resolver.addresses(name).records.count
            case .a(let name): count = try await resolver.addresses(name, family: .v4).records.count
            case .mx(let name): count = try await resolver.mx(name).records.count
            }
        } catch {
            node.note(.error, .noAnswer, "\(term): the DNS does not answer for \(name): \(error)")
            return
        }
        if count == 0 {
            node.voidLookups += 1
            node.note(.warning, .findsNothing, "\(term) finds nothing at \(name)")
        } else if case .mx = lookup(name), count > options.maximumMX {
            node.note(.error, .tooManyMX, "\(term) finds \(count) MX records; \(options.maximumMX) are allowed")
        }
    }

    private mutating func mayAsk() -> Bool {
        guard questionsLeft > 0, time.now <= deadline else { return false }
        questionsLeft -= 1
        return true
    }

    /// Enough for names that do not depend on the message.
    private static func values(_ domain: String) -> SPFMacroValues {
        SPFMacroValues(localPart: "postmaster", senderDomain: domain, domain: domain, client: .v4(0), helo: domain)
    }
}
