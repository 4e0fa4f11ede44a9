import Mail
import Service

enum EgressJSON {
    static func source(_ source: SourceReport) -> JSONValue {
        var object: JSONObject = [
            "source": .string(source.name), "addresses": .array(source.addresses.map { .string($0.description) }),
            "helo_name": .text(source.heloName), "proxy": .text(source.proxy),
            "pools": .array(source.pools.map { .string($0) }),
        ]
        for member in live(source.load) { object.append(member.name, member.value) }
        return .object(object)
    }

    static func pool(_ pool: PoolReport) -> JSONValue {
        .object([
            "pool": .string(pool.name),
            "members": .array(
                pool.members.map { .object(["source": .string($0.source), "weight": .integer($0.weight)]) }),
            "overflow": .text(pool.overflow),
        ])
    }

    static func members(_ load: SourceLoad) -> JSONObject {
        JSONObject(members: [.init(name: "source", value: .string(load.name))] + live(load))
    }

    /// Zeros for a source that the queue has not used yet.
    private static func live(_ load: SourceLoad?) -> [JSONObject.Member] {
        let object: JSONObject = [
            "connections": .integer(load?.lanes ?? 0), "delivered": .integer(load?.delivered ?? 0),
            "deferred": .integer(load?.deferred ?? 0), "bounced": .integer(load?.bounced ?? 0),
            "trouble": .text(load?.trouble),
        ]
        return object.members
    }
}
