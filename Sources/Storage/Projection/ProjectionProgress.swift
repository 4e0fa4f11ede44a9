/// How a reader makes sure that it sees what has happened before it asked.
package protocol ProjectionProgress: Sendable {
    /// Returns when everything that was durable at the time of the call can be read, or when the wait became too long
    /// (a projection that is being rebuilt): then readers see what there is.
    func catchUp() async
}
