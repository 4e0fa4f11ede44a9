import GRDB
import Mail

/// Runs SQL and turns whatever it throws into the seam's two cases.
func translating<Result>(
    _ body: () async throws -> Result
) async throws(StorageFailure) -> Result {
    do {
        return try await body()
    } catch let error as DatabaseError {
        throw error.isConflict ? .conflict : .unavailable("\(error)")
    } catch {
        throw .unavailable("\(error)")
    }
}

extension DatabaseError {
    fileprivate var isConflict: Bool {
        extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE || extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY
    }
}
