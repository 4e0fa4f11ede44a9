import Mail

/// The ARC sets of a message, found and sorted (RFC 8617 §4.2).
struct ARCChain: Sendable {
    /// RFC 8617 §4.2.1.
    static let instanceLimit = 50
    /// Bytes of all fields of one kind.
    static let byteLimit = 524_288

    /// Instance 1 first, without gaps.
    let sets: [ARCSet]

    /// An empty chain when there is no ARC field at all.
    ///
    /// Throws when a field has no readable instance, or when the sets are not complete from 1 to the highest, each
    /// field once (RFC 8617 §5.2 step 3).
    init(_ header: ContentHeader, in content: Content) throws(ARCFailure) {
        let results = try Self.instances(of: ARCField.results, header, content, "ARC-Authentication-Results")
        let messages = try Self.instances(of: ARCField.message, header, content, "ARC-Message-Signature")
        let seals = try Self.instances(of: ARCField.seal, header, content, "ARC-Seal")
        var sets: [ARCSet] = []
        let highest = max(results.keys.max() ?? 0, messages.keys.max() ?? 0, seals.keys.max() ?? 0)
        for instance in stride(from: 1, through: highest, by: 1) {
            guard let result = results[instance] else {
                throw .missing("ARC-Authentication-Results", instance: instance)
            }
            guard let message = messages[instance] else { throw .missing("ARC-Message-Signature", instance: instance) }
            guard let seal = seals[instance] else { throw .missing("ARC-Seal", instance: instance) }
            sets.append(ARCSet(instance: instance, results: result, message: message, seal: seal))
        }
        self.sets = sets
    }

    private static func instances(
        of name: [UInt8], _ header: ContentHeader, _ content: Content, _ shown: String
    ) throws(ARCFailure) -> [Int: Int] {
        let places = header.places(of: name, in: content)
        // RFC 8617 §4.2.1: more sets than 50 mean that the chain is broken, however good they are.
        guard places.count <= instanceLimit else { throw .tooManyFields }
        // Each seal is made over all that stands before it, so the work grows with the square of this.
        guard places.reduce(0, { $0 + header.fields[$1].range.count }) <= byteLimit else { throw .tooLong }
        var found: [Int: Int] = [:]
        for place in places {
            let value = header.value(place, of: content)
            let number = name == ARCField.results ? resultsInstance(value.span) : tagInstance(value.span)
            guard let number else { throw .badInstance(shown) }
            guard found.updateValue(place, forKey: number) == nil else { throw .duplicate(shown, instance: number) }
        }
        return found
    }

    /// The highest instance that any ARC field claims, readable or not in other respects; 0 when there is none. What a
    /// sealer counts on from (RFC 8617 §5.1), whatever the state of the chain.
    static func highestInstance(_ header: ContentHeader, in content: Content) -> Int {
        var highest = 0
        for name in [ARCField.results, ARCField.message, ARCField.seal] {
            for place in header.places(of: name, in: content) {
                let value = header.value(place, of: content)
                let number = name == ARCField.results ? resultsInstance(value.span) : tagInstance(value.span)
                highest = max(highest, number ?? 0)
            }
        }
        return highest
    }

    /// `i=` of a tag list.
    private static func tagInstance(_ value: Span<UInt8>) -> Int? {
        guard let text = (try? TagList(value))?.text("i") else { return nil }
        return instance(text.utf8)
    }

    /// RFC 8617 §4.1.1: `i=` comes first, and a semicolon behind it.
    static func resultsInstance(_ value: Span<UInt8>) -> Int? {
        var scanner = ResultsScanner(value)
        scanner.skipBlanksAndComments()
        guard scanner.take(UInt8(ascii: "i")) else { return nil }
        scanner.skipBlanksAndComments()
        guard scanner.take(UInt8(ascii: "=")) else { return nil }
        scanner.skipBlanksAndComments()
        guard let text = scanner.word(until: "") else { return nil }
        scanner.skipBlanksAndComments()
        guard scanner.take(UInt8(ascii: ";")) else { return nil }
        return instance(text.utf8)
    }

    /// RFC 8617 §4.2.1: one or two digits, 1 to 50.
    private static func instance(_ text: String.UTF8View) -> Int? {
        guard (1...2).contains(text.count), text.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        let number = text.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        return (1...instanceLimit).contains(number) ? number : nil
    }
}

extension ContentHeader {
    /// A field behind its colon, folded as it came.
    func value(_ index: Int, of content: Content) -> [UInt8] {
        withField(index, of: content) { field, value in
            var out: [UInt8] = []
            out.write(field.extracting(value))
            return out
        }
    }
}
