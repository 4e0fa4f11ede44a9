/// How many deliveries a verb is about to change, where the queue can say so beforehand.
package enum OperatorCount {
    /// The request whose answer has the number; `nil`: it takes the verb itself to know.
    /// - Parameter fields: of the selector.
    package static func question(_ fields: [(name: String, value: String?)], everything: Bool) -> OperatorRequest? {
        let given = fields.filter { $0.value != nil }
        if everything { return given.isEmpty ? .summary : nil }
        guard given.count == 1, let name = given.first?.name, let value = given.first?.value else { return nil }
        switch name {
        case "site": return .site(value)
        case "tenant", "campaign": return .summary
        default: return nil
        }
    }

    /// - Parameter answer: to `question`.
    package static func count(
        in answer: OperatorAnswer, _ fields: [(name: String, value: String?)], everything: Bool
    ) -> Int? {
        let data = answer.data
        guard !everything, let given = fields.first(where: { $0.value != nil }), let value = given.value else {
            return data["deliveries"].number
        }
        // An identifier may be given behind its type prefix.
        let id = value.split(separator: "_").last.map(String.init)?.lowercased()
        switch given.name {
        case "site": return data["deliveries"].number
        case "tenant":
            let lines = data["tenants"].list.filter { $0["tenant"].string == id }
            return lines.reduce(0) { $0 + $1["transactional"].whole + $1["broadcast"].whole }
        case "campaign":
            return data["campaigns"].list.filter { $0["campaign"].string == id }.reduce(0) {
                $0 + $1["deliveries"].whole
            }
        default: return nil
        }
    }
}
