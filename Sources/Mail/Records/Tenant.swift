/// A customer of the operator: owns keys, domains, credentials and messages. What it must not see belongs to others.
public struct Tenant: Hashable, Sendable {
    public var id: UUIDv7
    public var name: String
    public var createdAt: WallTime

    public init(id: UUIDv7, name: String, createdAt: WallTime) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}
