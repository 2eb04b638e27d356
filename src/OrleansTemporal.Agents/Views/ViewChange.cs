namespace OrleansTemporal.Views;

/// <summary>What a key was from a time on, until its next change.</summary>
/// <param name="Key">The key.</param>
/// <param name="Time">When it changed.</param>
/// <param name="Document">Canonical JSON as of then; null for none.</param>
/// <param name="To">When the document ends; <see cref="ulong.MaxValue"/> for never.</param>
/// <param name="IsErased">True when everything before is to be forgotten.</param>
internal readonly record struct ViewChange(string Key, ulong Time, ReadOnlyMemory<byte>? Document, ulong To, bool IsErased);
