namespace OrleansTemporal.Patterns;

/// <summary>What a standing query looks for.</summary>
public enum PatternKind : byte
{
    /// <summary>A point, after none such for some time.</summary>
    Threshold = 1,

    /// <summary>So many points within some time.</summary>
    Times = 2,

    /// <summary>A point and then another within some time.</summary>
    FollowedBy = 3,

    /// <summary>A point and then no other within some time.</summary>
    NotFollowedBy = 4,
}
