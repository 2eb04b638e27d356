namespace OrleansTemporal.Causality;

/// <summary>Which optional fields a delta's header has, as flag bits in the order in which they are written.</summary>
[Flags]
internal enum DeltaFields : ushort
{
    None = 0,
    Operation = 1,
    Group = 2,
    Actor = 4,
    Causes = 8,
    Metadata = 16,
    KeyId = 32,
    Facet = 64,
    All = 127,
}
