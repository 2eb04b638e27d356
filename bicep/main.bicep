// Deploys what exists today: one server process that keeps everything in a container of Azure Blob Storage, which it
// signs in to with an identity of its own, reachable only from inside the Container Apps environment.
targetScope = 'resourceGroup'

@description('Azure region.')
param location string = resourceGroup().location

@description('Prefix of every resource name.')
@minLength(3)
@maxLength(12)
param name string = 'otemporal'

@description('Image of OrleansTemporal.Server, with its registry and tag.')
param image string

var port = 8080
var containerName = 'orleanstemporal'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

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
    // Nobody signs in with a key.
    allowSharedKeyAccess: false
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // What is erased has to be gone: nothing that was removed is kept.
      deleteRetentionPolicy: {
        enabled: false
      }
      isVersioningEnabled: false
    }

    resource data 'containers' = {
      name: containerName
    }

    resource backups 'containers' = {
      name: '${containerName}-backups'
    }
  }
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-server'
  location: location
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: storage
  name: guid(storage.id, identity.id, blobDataContributor)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
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
}

resource server 'Microsoft.App/containerApps@2024-03-01' = {
  name: '${name}-server'
  location: location
  // Without the role the server ends at its start.
  dependsOn: [
    access
  ]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
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
              name: 'OrleansTemporal__Storage__Azure__ServiceUri'
              value: storage.properties.primaryEndpoints.blob
            }
            {
              name: 'OrleansTemporal__Storage__Azure__Container'
              value: storage::blobs::data.name
            }
            {
              name: 'OrleansTemporal__Storage__Azure__ManagedIdentityClientId'
              value: identity.properties.clientId
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
      scale: {
        // Zero would drop the subscribers; two would take agents from each other.
        minReplicas: 1
        maxReplicas: 1
      }
    }
  }
}

@description('Name by which other apps of the environment reach the server.')
output serverFqdn string = server.properties.configuration.ingress.fqdn
