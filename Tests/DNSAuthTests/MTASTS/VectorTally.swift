import Testing

/// Counts the cases of a published suite and holds the list of those that are decided otherwise here, with the reason.
struct VectorTally {
    private let suite: String
    /// Name of the case -> why, with the RFC section.
    private let deviations: [String: String]
    private var cases = 0
    private var agreed = 0
    private var met: Set<String> = []

    init(_ suite: String, deviations: [String: String] = [:]) {
        self.suite = suite
        self.deviations = deviations
    }

    mutating func judge(_ name: String, agrees: Bool, _ found: @autoclosure () -> String = "") {
        cases += 1
        if deviations[name] != nil {
            met.insert(name)
            #expect(!agrees, "\(suite): \(name) is listed as a deviation, but agrees")
        } else {
            #expect(agrees, "\(suite): \(name): \(found())")
        }
        if agrees { agreed += 1 }
    }

    /// Says how it went, and fails unless these were all.
    func finish(cases expected: Int) {
        print("conformance \(suite): \(cases) cases, \(agreed) agree, \(deviations.count) deviations listed")
        #expect(cases == expected && met.count == deviations.count && agreed == expected - deviations.count)
    }
}
