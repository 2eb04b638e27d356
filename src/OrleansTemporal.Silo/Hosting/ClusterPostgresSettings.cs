namespace OrleansTemporal.Hosting;

/// <summary>The PostgreSQL database whose tables hold the membership and the reminders of a cluster. Bound from the section <c>OrleansTemporal:Cluster:Postgres</c>.</summary>
public sealed class ClusterPostgresSettings
{
    /// <summary>As Npgsql takes it; the role may make tables, or they are there.</summary>
    public string? ConnectionString { get; set; }
}
