namespace OrleansTemporal.Channels;

/// <summary>What a delta does to one of the things that its agent keeps.</summary>
public enum ChangeType
{
    /// <summary>Something is there that was not; a point or an event always is, since it stands beside those before it.</summary>
    Insert = 1,

    /// <summary>Something that was there is another.</summary>
    Update = 2,

    /// <summary>Something is there no more; its history stays.</summary>
    Delete = 3,
}
