namespace OrleansTemporal.Storage.Journal;

/// <summary>What a group holds of one agent.</summary>
internal struct GroupTouch
{
    public AgentSlot Slot;

    /// <summary>Where in the group's bytes the agent's frames start; known once they are gathered.</summary>
    public int Start;

    /// <summary>Bytes of its frames, headers included.</summary>
    public int FrameBytes;

    /// <summary>First sequence; 0 when the group holds no record of the agent.</summary>
    public long First;

    public long Last;

    public int RecordBytes;

    /// <summary>True when the group forgets the agent after these records.</summary>
    public bool Drops;
}
