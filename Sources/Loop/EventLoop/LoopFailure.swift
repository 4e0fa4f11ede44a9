/// Why a loop or a listener could not be set up. All are trouble of this machine, never of a peer.
package enum LoopFailure: Error, Hashable, Sendable {
    /// libevent found no way to wait, or no memory.
    case noEventBase
    case noWakeDescriptor(errno: Int32)
    case noSocket(errno: Int32)
    /// The address is in use, is not ours, or needs privileges.
    case cannotBind(SocketAddress, errno: Int32)
}
