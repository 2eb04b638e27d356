namespace OrleansTemporal.Storage.Ports;

/// <summary>One row of a listing.</summary>
/// <param name="Path">Relative path with '/'.</param>
/// <param name="LengthBytes">Length in bytes.</param>
public readonly record struct ObjectInfo(string Path, long LengthBytes);
