/// The validation status of an ARC chain (RFC 8617 §4.4).
public enum ARCResult: String, Hashable, Sendable, CaseIterable {
    case none
    case pass
    case fail
}

public struct ARCOutcome: Hashable, Sendable {
    public var result: ARCResult
    /// One line for people.
    public var reason: String
    /// `d=` of each ARC-Seal, the first hop first.
    public var sealers: [String]
    /// The lowest instance whose message signature still holds; 0 when all do (RFC 8617 §5.2 step 5).
    public var oldestPass: Int?

    public init(_ result: ARCResult, reason: String, sealers: [String] = [], oldestPass: Int? = nil) {
        self.result = result
        self.reason = reason
        self.sealers = sealers
        self.oldestPass = oldestPass
    }
}
