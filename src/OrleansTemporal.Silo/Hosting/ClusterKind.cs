namespace OrleansTemporal.Hosting;

/// <summary>Where the silos of a cluster find each other.</summary>
public enum ClusterKind
{
    /// <summary>In the memory of the silo that was started first, on one machine; the cluster ends with that silo.</summary>
    Localhost,

    /// <summary>In tables of an Azure storage account.</summary>
    Azure,

    /// <summary>In tables of a PostgreSQL database.</summary>
    Postgres,
}
