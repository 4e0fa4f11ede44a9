import Mail

/// A batch with what can be known of it before a host is chosen.
struct Cargo {
    let batch: DeliveryBatch
    let demands: Preflight.Demands
    /// The content needs neither dots stuffed nor line ends mended.
    let isPlain: Bool

    init(_ batch: DeliveryBatch) {
        self.batch = batch
        demands = Preflight.Demands(batch.envelope, size: batch.size)
        isPlain = ContentScan.isPlain(batch.content)
    }

    var size: Int { demands.size }
}
