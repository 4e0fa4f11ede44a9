import Mail

/// A store whose methods throw any error: `#expect` does not take calls with typed throws.
struct Reader {
    let store: any MessageStore

    func message(_ id: UUIDv7, of tenant: UUIDv7) async throws -> MessageView? {
        try await store.message(id, of: tenant)
    }

    func messages(of tenant: UUIDv7, matching filter: MessageFilter = MessageFilter()) async throws -> MessagePage {
        try await store.messages(of: tenant, matching: filter)
    }

    func events(of message: UUIDv7, tenant: UUIDv7) async throws -> [EventView] {
        try await store.events(of: message, tenant: tenant)
    }

    func queueSummary() async throws -> [QueueSummaryRow] { try await store.queueSummary() }
}
