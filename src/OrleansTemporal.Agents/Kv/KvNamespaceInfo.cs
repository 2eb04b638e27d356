namespace OrleansTemporal.Kv;

/// <summary>One namespace in the list of a workspace.</summary>
/// <param name="Name">The namespace.</param>
/// <param name="LiveKeyCount">Keys with a value now.</param>
/// <param name="VersionCount">Versions ever written.</param>
/// <param name="ValueBytes">Bytes of canonical JSON ever written.</param>
public sealed record KvNamespaceInfo(string Name, long LiveKeyCount, long VersionCount, long ValueBytes);
