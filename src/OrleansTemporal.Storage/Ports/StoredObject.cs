namespace OrleansTemporal.Storage.Ports;

/// <summary>A small object as it was read.</summary>
/// <param name="Content">Its bytes; the memory is the caller's.</param>
/// <param name="Tag">Changes with every replacement.</param>
public sealed record StoredObject(ReadOnlyMemory<byte> Content, string Tag);
