import Testing

/// Counts the cases of a published suite. A case that disagrees must be listed with its reason, and a listed one must
/// disagree.
struct SuiteTally {
    let name: String
    /// Name of the case: why we decide otherwise, with the RFC section.
    let deviations: [String: String]
    private var cases = 0
    private var agreed = 0
    private var met: Set<String> = []

    init(_ name: String, deviations: [String: String] = [:]) {
        self.name = name
        self.deviations = deviations
    }

    mutating func judge(_ id: String, _ agrees: Bool, _ detail: @autoclosure () -> String = "") {
        cases += 1
        if agrees { agreed += 1 }
        if deviations[id] != nil {
            met.insert(id)
            #expect(!agrees, "\(name) \(id): listed as a deviation, and agrees")
        } else {
            #expect(agrees, "\(name) \(id): \(detail())")
        }
    }

    /// Says how it went, and fails unless these were all.
    func report(cases expected: Int) {
        for id in deviations.keys.sorted() { print("deviation \(name) \(id): \(deviations[id] ?? "")") }
        print("conformance \(name): \(cases) cases, \(agreed) agree, \(deviations.count) deviations listed")
        #expect(cases == expected)
        #expect(met == Set(deviations.keys), "listed, but not in the suite")
        #expect(agreed + deviations.count == cases)
    }
}
