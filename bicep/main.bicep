// Deploys what exists today: one server process, its data folder on an Azure Files share,
// reachable only from inside the Container Apps environment.
targetScope = 'resourceGroup'

@description('Azure region.')
param location string = resourceGroup().location

@description('Prefix of every resource name.')
@minLength(3)
@maxLength(12)
param name string = 'otemporal'

@description('Image of OrleansTemporal.Server, with its registry and tag.')
param image string

@description('Size of the data share in GiB.')
@minValue(1)
@maxValue(5120)
param dataShareGiB int = 100

var port = 8080
var dataDirectory = '/var/lib/orleanstemporal'
var storageName = 'data'

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take('${toLower(replace(name, '-', ''))}${uniqueString(resourceGroup().id)}', 24)
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    allowBlobPublicAccess: false
  }

  resource files 'fileServices' = {
    name: 'default'

    resource share 'shares' = {
      name: storageName
      properties: {
        shareQuota: dataShareGiB
        enabledProtocols: 'SMB'
      }
    }
  }
}

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 30
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: '${name}-env'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: logs.properties.customerId
        sharedKey: logs.listKeys().primarySharedKey
      }
    }
  }

  resource data 'storages' = {
    name: storageName
    properties: {
      azureFile: {
        accountName: storage.name
        accountKey: storage.listKeys().keys[0].value
        shareName: storage::files::share.name
        accessMode: 'ReadWrite'
      }
    }
  }
}

resource server 'Microsoft.App/containerApps@2024-03-01' = {
  name: '${name}-server'
  location: location
  properties: {
    environmentId: environment.id
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        // Internal only: there is no authentication yet, so nothing outside the environment may reach it.
        external: false
        targetPort: port
        transport: 'auto'
      }
    }
    template: {
      containers: [
        {
          name: 'server'
          image: image
          resources: {
            cpu: json('2.0')
            memory: '4Gi'
          }
          env: [
            {
              name: 'ASPNETCORE_URLS'
              value: 'http://0.0.0.0:${port}'
            }
            {
              // The server refuses to listen on anything but loopback unless it is told that the network in front of it is trusted.
              name: 'OrleansTemporal__AllowNonLoopback'
              value: 'true'
            }
            {
              name: 'OrleansTemporal__DataDirectory'
              value: dataDirectory
            }
          ]
          volumeMounts: [
            {
              volumeName: storageName
              mountPath: dataDirectory
            }
          ]
          probes: [
            {
              type: 'Liveness'
              httpGet: {
                path: '/health/live'
                port: port
              }
              periodSeconds: 10
            }
            {
              type: 'Readiness'
              httpGet: {
                path: '/health/ready'
                port: port
              }
              periodSeconds: 5
            }
          ]
        }
      ]
      volumes: [
        {
          name: storageName
          storageType: 'AzureFile'
          storageName: environment::data.name
        }
      ]
      scale: {
        // One owner of the data folder. Zero would drop the subscribers, two would fight for the lock.
        minReplicas: 1
        maxReplicas: 1
      }
    }
  }
}

@description('Name by which other apps of the environment reach the server.')
output serverFqdn string = server.properties.configuration.ingress.fqdn
