package import Mail

/// Delivers everything at once to nobody: what is left to measure is the engine.
package struct NullTransport: Transport {
    package init() {}

    package func carry(_ batch: DeliveryBatch, on lane: Lane) async -> [Outcome] {
        Array(repeating: Outcome(.delivered), count: batch.envelope.recipients.count)
    }

    package func shutDown() async {}
}
