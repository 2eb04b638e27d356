namespace OrleansTemporal.Encryption;

/// <summary>What may be told of a data key: everything but the key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Scope">What it covers.</param>
/// <param name="Number">Its place among the keys of its scope, from 1; the newest one encrypts.</param>
/// <param name="State">What it still does; destroyed keys are not told of.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record DataKeyInfo(DataKeyId Id, DataKeyScope Scope, int Number, DataKeyState State, DateTimeOffset CreatedAt);
