import Glibc

/// A thread of its own for the one writer, which spends its life in fdatasync(2).
@safe struct WriterThread: Sendable {
    private let handle: pthread_t

    /// - Returns: `nil` when the system has no thread left.
    static func start(_ body: @escaping @Sendable () -> Void) -> WriterThread? {
        let box = unsafe Unmanaged.passRetained(Box(body))
        var handle = pthread_t()
        let result = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            unsafe box.release()
            return nil
        }
        return WriterThread(handle: handle)
    }

    /// Returns when the thread has ended. Once only.
    func join() { _ = pthread_join(handle, nil) }

    private final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
