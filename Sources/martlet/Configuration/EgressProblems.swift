import Mail
import Queue

/// Where in the file the parts of the table stand, to tell its failures with their lines.
struct EgressProblems {
    var section: ConfigurationSection
    var sources: [ConfigurationSection]
    var pools: [ConfigurationSection]
    var rules: [ConfigurationSection]
    /// Rules beyond these were not in the list: `pool`, or the only pool.
    var ownRules: Int
    var names: [String]

    func tell(_ failure: EgressTableFailure, sources known: [EgressSource]) {
        switch failure {
        case .duplicateSource(let name):
            // A source without a name has been told already.
            let place = known.lastIndex { $0.name == name }
            if !name.isEmpty { place.map { sources[$0].problem("name", "another source is called '\(name)'") } }
        case .duplicatePool(let name):
            let place = names.lastIndex(of: name)
            if !name.isEmpty { place.map { pools[$0].problem("name", "another pool is called '\(name)'") } }
        case .emptyPool(let name): pool(name, "sources", "a pool needs at least one source")
        case .unknownSource(let name, let place):
            let list = known.map(\.name).sorted().joined(separator: ", ")
            pool(name, "sources", "number \(place + 1) is none of the sources: \(list)")
        case .badWeight(let name, let place): pool(name, "sources", "the weight of number \(place + 1) is below 1")
        case .duplicateMember(let name, let place):
            pool(name, "sources", "number \(place + 1) is in this pool already; its weight says how much it takes")
        case .unknownOverflow(let name): pool(name, "overflow", "is none of the pools: \(poolList)")
        case .overflowCircle(let name): pool(name, "overflow", "leads in a circle: mail would never find a source")
        case .contradiction(let first, let second):
            if second < ownRules {
                rules[second].problem("pool", "matches the same mail as pool_rules[\(first)]")
            } else {
                section.problem("pool", "pool_rules[\(first)] takes all other mail already")
            }
        case .unknownPool(let rule):
            if rule < ownRules {
                // A rule without a pool has been told already.
                if rules[rule].has("pool") { rules[rule].problem("pool", "is none of the pools: \(poolList)") }
            } else {
                section.problem("pool", "is none of the pools: \(poolList)")
            }
        case .noDefault:
            let key = section.has("pools") ? "pools" : "sources"
            section.problem(key, "mail that no rule names has no pool: needs 'pool', the name of one")
        }
    }

    private var poolList: String { names.joined(separator: ", ") }

    private func pool(_ name: String, _ key: String, _ message: String) {
        let place = names.firstIndex(of: name)
        if let place, place < pools.count { pools[place].problem(key, message) } else { section.problem(key, message) }
    }
}
