import Mail

extension DeliveryQueue {
    /// Today's caps may have room again sooner than was said: an operator has changed a plan, a reload a quota. Without
    /// this it is noticed within a minute.
    package func wakeCapped() async {
        for shard in running { await shard.wakeCapped() }
    }
}

extension Shard {
    func wakeCapped() {
        scheduler.wakeCapped(now: time.now)
        work()
    }
}
