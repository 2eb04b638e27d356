namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>One row of a history.</summary>
/// <param name="Attempt">The write that it comes from; null for the tombstone of an erasure, and for what was erased before anybody saw it.</param>
/// <param name="Operation">Which of its operations.</param>
internal sealed record TrailRow(KeyVersion Version, Attempt? Attempt, int Operation)
{
    /// <summary>Whether a reader of its moment gets its value.</summary>
    public bool HasValue => !Version.IsDeleted && !Version.IsErased;
}
